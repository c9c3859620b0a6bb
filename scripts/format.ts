/** `text` as `deno fmt` writes a file with that ending. */
export async function formatted(
  text: string,
  suffix: ".ts" | ".json" | ".md",
): Promise<string> {
  const file = await Deno.makeTempFile({ suffix });
  try {
    await Deno.writeTextFile(file, text);
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file] })
      .output();
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}
