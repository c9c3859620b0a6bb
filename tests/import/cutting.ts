/** A network that fails at a chosen write. */

/** Fails from the n-th write on: before it is sent, or with its response lost. */
export function cutting(after: number, loses: boolean): typeof fetch {
  let writes = 0;
  return async (url, init) => {
    const isWrite = init?.method !== "GET" && init?.method !== "HEAD";
    if (!isWrite) return await fetch(url, init);
    writes++;
    if (writes > after) {
      if (loses && writes === after + 1) {
        const response = await fetch(url, init);
        await response.body?.cancel();
      }
      throw new TypeError("The network is gone.");
    }
    return await fetch(url, init);
  };
}
