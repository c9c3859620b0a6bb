/** The session pooler of a hosted project: TLS, and users whose name ends with the project's. */
import selfsigned from "npm:selfsigned@5.5.0";

/** Where poolers listen, whatever the region. The CLI takes no other port. */
const PORT = 5432;

export interface Pooler extends AsyncDisposable {
  /** A name that needs no DNS: an address of this machine in parts of base 16. */
  host: string;
}

/** @param dbPort PostgreSQL's, which speaks no TLS. */
export async function startPooler(
  ref: string,
  dbPort: number,
): Promise<Pooler> {
  // Of its own, so that another PostgreSQL on this machine is not in the way.
  const last = 2 + Math.floor(Math.random() * 0xfffffd);
  const address = `127.${last >> 16}.${last >> 8 & 255}.${last & 255}`;
  const { private: key, cert } = await selfsigned.generate(
    [{ name: "commonName", value: "pooler" }],
    { keyType: "ec", curve: "P-256" },
  );
  const encrypted = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert,
    key,
  });
  const outer = Deno.listen({ hostname: address, port: PORT });
  void acceptAll(encrypted, (client) => login(client, ref, dbPort));
  const { port } = encrypted.addr as Deno.NetAddr;
  void acceptAll(outer, (client) => agreeOnTls(client, port));
  return {
    host: `0x7f.0x${last.toString(16)}`,
    [Symbol.asyncDispose]: () => {
      outer.close();
      encrypted.close();
      return Promise.resolve();
    },
  };
}

async function acceptAll(
  listener: AsyncIterable<Deno.Conn>,
  serve: (client: Deno.Conn) => Promise<void>,
): Promise<void> {
  try {
    for await (const client of listener) {
      // A client that goes away in the middle is no matter of the test.
      serve(client).catch(() => {});
    }
  } catch {
    // A handshake that fails is the client's to report.
  }
}

/** Answers SSLRequest with yes, and hands the rest to the listener that decrypts. */
async function agreeOnTls(client: Deno.Conn, port: number): Promise<void> {
  await client.read(new Uint8Array(8));
  await client.write(new TextEncoder().encode("S"));
  await join(client, await Deno.connect({ port }));
}

/** Takes the project's name off the user's, and hands the rest to PostgreSQL. */
async function login(
  client: Deno.Conn,
  ref: string,
  dbPort: number,
): Promise<void> {
  const packet = new Uint8Array(8192);
  const length = await client.read(packet);
  if (length === null) return client.close();
  const parameters = new TextDecoder().decode(packet.subarray(8, length));
  const own = new TextEncoder().encode(parameters.replace(`.${ref}`, ""));
  const startup = new Uint8Array(8 + own.length);
  startup.set(packet.subarray(0, 8));
  startup.set(own, 8);
  new DataView(startup.buffer).setUint32(0, startup.length);
  const database = await Deno.connect({ port: dbPort });
  await database.write(startup);
  await join(client, database);
}

async function join(a: Deno.Conn, b: Deno.Conn): Promise<void> {
  await Promise.allSettled([
    a.readable.pipeTo(b.writable),
    b.readable.pipeTo(a.writable),
  ]);
}
