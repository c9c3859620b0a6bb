/** Conversations that are too long to be appended one request after another. */
import { type Actor } from "./actors.ts";
import { append, fresh } from "./http.ts";
import { withSql } from "./sql.ts";

/** A linear conversation of `count` user messages of about `bytes` bytes each; gives its id. */
export async function longConversation(
  owner: Actor,
  count: number,
  bytes = 20,
): Promise<string> {
  const { body } = await append(owner, fresh("long"), ["first"]);
  const id: string = body.conversation.id;
  await withSql((sql) =>
    sql.begin(async (tx) => {
      await tx`
        insert into continuum.messages (
          conversation_id, seq, author_id, role, content, token_count, payload_hash, size_bytes,
          position, parent_position, search_vector
        )
        select ${id}, n, ${owner.id}, 'user', n || repeat(' x', ${
        bytes >> 1
      }), 1, sha256(''), ${bytes}, n, n - 1, ''
        from generate_series(2, ${count}) n
      `;
      await tx`
        update continuum.conversations
        set last_seq = ${count}, head_position = ${count}, size_bytes = ${
        count * bytes
      }
        where id = ${id}
      `;
    })
  );
  return id;
}
