/** Checks of the policies in force: what the round trip has stored is there for its owner, and for nobody else. */
import { makeAccount } from "./accounts.ts";
import {
  type Check,
  failed,
  Failure,
  ok,
  type Result,
  skipped,
} from "./check.ts";
import { asUser, asVisitor, type Examination } from "./examination.ts";
import { said } from "./request.ts";

const STOP =
  "Take the project offline until this is mended. Row level security is off or a policy was changed: run this with " +
  "--db-url, which names it.";

export function strangerChecks(examination: Examination): Check[] {
  const group = "Policies";
  return [
    {
      id: "stranger",
      group,
      title: "Another user",
      needs: ["read"],
      run: () => anotherUser(examination),
    },
    {
      id: "visitor",
      group,
      title: "Somebody not signed in",
      needs: ["read"],
      run: () => visitor(examination),
    },
    {
      id: "tables",
      group,
      title: "Tables of the Data API",
      needs: ["account"],
      run: () => tables(examination),
    },
  ];
}

async function anotherUser(examination: Examination): Promise<Result> {
  try {
    examination.facts.stranger = await makeAccount(examination);
  } catch (error) {
    if (error instanceof Failure) return skipped(error.message, error.advice);
    throw error;
  }
  const headers = asUser(examination, examination.facts.stranger);
  const seen = await whatIsSeen(examination, headers);
  return seen.length === 0 ? ok("sees nothing") : failed(
    `Another user sees ${seen.join(", ")} of the round trip's user.`,
    STOP,
  );
}

async function visitor(examination: Examination): Promise<Result> {
  const headers = asVisitor(examination.target);
  const seen = await whatIsSeen(examination, headers);
  return seen.length === 0 ? ok("sees nothing") : failed(
    `Without a token one sees ${seen.join(", ")} of the round trip's user.`,
    STOP,
  );
}

/** By the functions, by the Data API and by Storage itself: each has to refuse, or find nothing. */
async function whatIsSeen(
  { ask, facts }: Examination,
  headers: Record<string, string>,
): Promise<string[]> {
  const { conversationId, fileId, text } = facts.stored!;
  const seen: string[] = [];
  const history = await ask(
    `/functions/v1/conversation-history/${conversationId}`,
    { headers },
  );
  if (history.text.includes(text)) seen.push("the conversation");

  const direct = await ask("/rest/v1/rpc/read_history", {
    headers,
    json: {
      continuation_id: conversationId,
      view: "live",
      max_messages: 10,
    },
  });
  if (direct.text.includes(text)) seen.push("the conversation by SQL");

  if (fileId !== undefined) {
    const file = await ask(`/functions/v1/file-download/${fileId}`, {
      headers,
    });
    if (file.text.includes(text)) seen.push("the file");
    for (const bucket of ["user-files", "generated-files"]) {
      const list = await ask(`/storage/v1/object/list/${bucket}`, {
        headers,
        json: { prefix: `${facts.owner!.id}/`, limit: 10 },
      });
      if (Array.isArray(list.json) && list.json.length > 0) {
        seen.push(`objects in ${bucket}`);
      }
    }
  }
  return seen;
}

/** Continuum's tables are in a schema that the Data API does not expose. */
async function tables(examination: Examination): Promise<Result> {
  const { ask, facts } = examination;
  const answer = await ask("/rest/v1/messages?select=content&limit=1", {
    headers: {
      ...asUser(examination, facts.owner),
      "Accept-Profile": "continuum",
    },
  });
  if (answer.status === 200) {
    return failed(
      "The Data API exposes the schema continuum.",
      "Remove it from the exposed schemas under Project Settings, Data API. Row level security still holds, but " +
        "what clients may write past the API's rules was never meant to be reached.",
    );
  }
  if (answer.status >= 500) {
    return failed(said(answer), "Look at the health of the Data API.");
  }
  return ok("not exposed");
}
