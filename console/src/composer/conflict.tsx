/** Somebody else wrote while a message was being written. Nothing is lost, and nothing was stored yet. */
import { useLayoutEffect, useRef } from "../lib/preact.ts";
import { counted } from "../lib/words.ts";
import { Button } from "../ui/button.tsx";

export function Conflict(
  { begunAt, lastSeq, onSend, onKeep }: {
    begunAt: number;
    lastSeq: number;
    onSend(): void;
    onKeep(): void;
  },
) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.querySelector("button")?.focus(), []);
  const news = Math.max(lastSeq - begunAt, 1);
  return (
    <div class="conflict" role="alert" ref={box}>
      <div>
        <p>
          <strong>
            {counted(news, "message")} arrived while you were writing.
          </strong>
        </p>
        <p class="faint">
          Yours is not stored yet. Read what is new above, then decide.
        </p>
      </div>
      <Button onClick={onSend}>Send after #{lastSeq}</Button>
      <Button kind="quiet" onClick={onKeep}>Keep editing</Button>
    </div>
  );
}
