/** A sentence with `code` in it. */
export function Inline({ text }: { text: string }) {
  return (
    <>
      {text.split(/`([^`]+)`/).map((piece, index) =>
        index % 2 === 1 ? <code key={index}>{piece}</code> : piece
      )}
    </>
  );
}
