/** Who may change what: every table, through the functions and straight through the Data API. */
import { has, table, type Write } from "./write.ts";
import { conversations } from "./writes_conversations.ts";
import { files } from "./writes_files.ts";
import { members } from "./writes_members.ts";
import { messages } from "./writes_messages.ts";

const versions: Write[] = [
  {
    what: "insert a schema version",
    allowed: "",
    run: (actor) =>
      table(actor, "schema_version").insert({
        version: "29991231235959",
        description: "x",
      }),
    happened: (after) => has(after.versions, { version: "29991231235959" }),
  },
  {
    what: "update the schema versions",
    allowed: "",
    run: (actor) =>
      table(actor, "schema_version").update({ description: "x" }).neq(
        "version",
        "",
      ),
    happened: (after) => has(after.versions, { description: "x" }),
  },
  {
    what: "delete the schema versions",
    allowed: "",
    run: (actor) => table(actor, "schema_version").delete().neq("version", ""),
    happened: (after) => after.versions.length === 0,
  },
];

export const writes = [
  ...conversations,
  ...messages,
  ...members,
  ...files,
  ...versions,
];
