/** Files on their way to the project, with their progress. */
import type { StoredFile } from "../../../client/src/index.ts";
import { begin, end } from "../calls/record.ts";
import { speak } from "../lib/notices.ts";
import { type Signal, signal } from "../lib/preact.ts";
import { isAbort } from "../lib/problems.ts";
import { continuum } from "../project/client.ts";

export interface Upload {
  id: number;
  name: string;
  size: number;
  loaded: number;
  state: "waiting" | "sending" | "done" | "failed";
  error: unknown;
  /** Once it is stored. */
  file: StoredFile | null;
  /** Whether the project had the same bytes under the same name already. */
  isKnown: boolean;
  blob: File;
}

/** Files are sent one after the other, two at a time. */
const AT_ONCE = 2;

/** Up to here a file is one request, which is recorded here: it is not sent by fetch. */
const ONE_REQUEST_BYTES = 6 * 1024 * 1024;

let lastId = 0;

/** The uploads of one place: the composer of a conversation, or the list of files. */
export class Uploads {
  readonly items: Signal<Upload[]> = signal<Upload[]>([]);
  readonly #controllers = new Map<number, AbortController>();
  readonly #onStored: (file: StoredFile) => void;
  readonly #conversation: string | undefined;

  /** @param conversation the files are linked to it. */
  constructor(
    onStored: (file: StoredFile) => void = () => {},
    conversation?: string,
  ) {
    this.#onStored = onStored;
    this.#conversation = conversation;
  }

  add(files: Iterable<File>): void {
    const added = [...files].map((blob): Upload => ({
      id: ++lastId,
      name: blob.name,
      size: blob.size,
      loaded: 0,
      state: "waiting",
      error: null,
      file: null,
      isKnown: false,
      blob,
    }));
    this.items.value = [...this.items.peek(), ...added];
    this.#next();
  }

  /** Stops an upload that is under way, and takes it off the list. */
  remove(id: number): void {
    this.#controllers.get(id)?.abort();
    this.items.value = this.items.peek().filter((item) => item.id !== id);
    this.#next();
  }

  retry(id: number): void {
    this.#set(id, { state: "waiting", error: null, loaded: 0 });
    this.#next();
  }

  /** Forgets what is stored. */
  clearDone(): void {
    this.items.value = this.items.peek()
      .filter(({ state }) => state !== "done");
  }

  #next(): void {
    const items = this.items.peek();
    const sending = items.filter(({ state }) => state === "sending").length;
    const waiting = items.filter(({ state }) => state === "waiting");
    for (const item of waiting.slice(0, Math.max(AT_ONCE - sending, 0))) {
      void this.#send(item);
    }
  }

  async #send({ id, blob, name }: Upload): Promise<void> {
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    this.#set(id, { state: "sending" });
    const call = blob.size <= ONE_REQUEST_BYTES
      ? begin({
        method: "POST",
        path: this.#conversation === undefined
          ? "file-upload"
          : `file-upload?continuation_id=${
            encodeURIComponent(this.#conversation)
          }`,
        headers: [
          ["content-type", blob.type || "application/octet-stream"],
          ["x-file-name", encodeURIComponent(name)],
        ],
        file: name,
      })
      : null;
    const begun = performance.now();
    const answered = (status: number) => {
      const ms = Math.round(performance.now() - begun);
      if (call) end(call, { status, ms });
    };
    try {
      const { file, deduplicated } = await continuum().files.upload(blob, {
        name,
        conversation: this.#conversation,
        onProgress: ({ loaded }) => this.#set(id, { loaded }),
        signal: controller.signal,
      });
      answered(deduplicated ? 200 : 201);
      this.#set(id, {
        state: "done",
        loaded: blob.size,
        file,
        isKnown: deduplicated,
      });
      speak(`${name} is stored.`);
      this.#onStored(file);
    } catch (error) {
      answered((error as { status?: number }).status ?? 0);
      if (!isAbort(error)) {
        this.#set(id, { state: "failed", error });
        speak(`${name} was not stored.`);
      }
    } finally {
      this.#controllers.delete(id);
      this.#next();
    }
  }

  #set(id: number, change: Partial<Upload>): void {
    this.items.value = this.items.peek().map((item) =>
      item.id === id ? { ...item, ...change } : item
    );
  }
}
