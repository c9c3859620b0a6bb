// Runs in Node and Deno, in a project that has nothing but the package: the first steps of its README.
import { writeFile } from "node:fs/promises";

// Not a literal, since only the project in which it is installed knows the package.
const name = "supabase-continuum";
const { ContinuumError, createContinuum } = await import(name);

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, ACCESS_TOKEN, CONVERSATION } =
  process.env;
const continuum = createContinuum({
  url: SUPABASE_URL,
  key: SUPABASE_PUBLISHABLE_KEY,
  accessToken: () => Promise.resolve(ACCESS_TOKEN),
});
const conversation = continuum.conversation(CONVERSATION);
await conversation.append([{ role: "user", content: "one" }]);
await conversation.append([{ role: "assistant", content: "two" }]);

const seen = [];
for await (const { content } of conversation.messages({ limit: 1 })) {
  seen.push(content);
}
const { messages } = await conversation.context({ maxTokens: 1 });

await writeFile("big.txt", `${CONVERSATION}\n`.repeat(200_000));
const { file } = await conversation.files.upload("big.txt");
const response = await continuum.files.download(file.id);
const downloaded = (await response.arrayBuffer()).byteLength;

const failure = await conversation.message(99).catch((error) => error);
console.log(JSON.stringify({
  seen,
  context: messages.map(({ content }) => content),
  name: file.original_name,
  isWhole: downloaded === file.size_bytes,
  failure: failure instanceof ContinuumError ? failure.code : String(failure),
}));
