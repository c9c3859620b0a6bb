// Runs in a browser: uses the package as a page does, and sends home what it has found.

// Not a literal, since only the server of the page knows where the package is.
const { createContinuum } = await import(`${location.origin}/dist/index.js`);

/** @returns {Promise<unknown>} what browser_test.ts looks at */
async function use() {
  const { url, key, accessToken, name, follows } =
    await (await fetch("/config")).json();
  const continuum = createContinuum({ url, key, accessToken });
  const conversation = continuum.conversation(name);
  const followed = [];
  const following = follows && (async () => {
    for await (const { content } of conversation.follow()) {
      followed.push(content);
      if (followed.length === 2) break;
    }
  })();
  await conversation.append([{ role: "user", content: "one" }]);
  await conversation.append([{ role: "assistant", content: "two" }]);
  await following;

  const content = new Uint8Array(13 * 1024 * 1024).fill(97);
  content.set(new TextEncoder().encode(name));
  const progress = [];
  const { file } = await conversation.files.upload(new Blob([content]), {
    name: "Größe.txt",
    onProgress: ({ loaded }) => {
      progress.push(loaded);
      // The network holds the first piece until its progress is known.
      if (loaded > 0 && progress.length === 2) fetch("/progress");
    },
  });
  const small = [];
  await continuum.files.upload(new File([name], "small.txt"), {
    onProgress: ({ loaded, total }) => small.push([loaded, total]),
  });

  const response = await continuum.files.download(file.id);
  const downloaded = new Uint8Array(await response.arrayBuffer());
  const part = await continuum.files.download(file.id, {
    range: { first: 0, last: name.length - 1 },
  });

  const stop = new AbortController();
  setTimeout(() => stop.abort());
  const aborted = await continuum.files.upload(new Blob([content, "!"]), {
    signal: stop.signal,
  }).catch((error) => error.name);
  const failure = await conversation.append([{ role: "user", content: "" }])
    .catch((error) => error);
  return {
    messages: (await conversation.messages().all()).map((m) => m.content),
    followed,
    name: file.original_name,
    progress,
    small,
    isSame: downloaded.length === content.length &&
      downloaded.every((byte, at) => byte === content[at]),
    part: await part.text(),
    aborted,
    failure: {
      code: failure.code,
      pointer: failure.errors[0].pointer,
      hasRequestId: failure.requestId !== null,
    },
  };
}

let result;
try {
  result = await use();
} catch (error) {
  result = { error: String(error.stack ?? error) };
}
await fetch("/result", { method: "POST", body: JSON.stringify(result) });
