/** Safeguards that can be taken out, to see that the checker finds each. */
import { copyOfFunctions } from "../faults/functions.ts";
import { rewriteFunction, statement } from "../faults/plant.ts";
import type { Plant } from "../checker.ts";

export const plants: Record<string, Plant> = {
  "pending-row-policy": {
    summary:
      "Storage takes objects in a user's folder that no pending row announces.",
    apply: (stack) =>
      statement(
        stack,
        `create policy planted on storage.objects for insert to authenticated with check (
          bucket_id in ('user-files', 'generated-files') and split_part(name, '/', 1) = (select auth.uid())::text
        )`,
      ),
  },
  "completion-look": {
    summary:
      "Completing a file does not look whether its object is there and what was announced.",
    async apply(stack) {
      await rewriteFunction(
        stack,
        "continuum.arrived_object",
        /if stored\.size_bytes is null then[^]*?end if;/,
        "stored.size_bytes := coalesce(content.announced_bytes, stored.size_bytes); stored.mime_type := content.mime_type;",
      );
      await rewriteFunction(
        stack,
        "continuum.check_content",
        /if stored\.size_bytes is null[^]*?end if;/,
        "stored.size_bytes := coalesce(new.announced_bytes, stored.size_bytes); stored.mime_type := new.mime_type;",
      );
    },
  },
  "content-look": {
    summary: "Completing a file does not look at its bytes.",
    stackOptions: async () => ({
      functionsDir: await copyOfFunctions(
        "file-upload/inspect.ts",
        /const sample = await firstBytes\(c, upload\);/,
        "void firstBytes; const sample = new Uint8Array();",
      ),
    }),
  },
  usage: {
    summary: "Usage is not given back when a content is deleted.",
    apply: (stack) =>
      rewriteFunction(
        stack,
        "continuum.keep_usage",
        /bytes := case when old\.status = 'deleted' then 0 else -old\.size_bytes end;/,
        "bytes := case when new.status = 'deleted' then 0 else -old.size_bytes end;",
      ),
  },
  "unique-contents": {
    summary: "An owner may have the same bytes twice.",
    apply: (stack) =>
      statement(
        stack,
        "drop index continuum.file_contents_owner_id_bucket_sha256_key",
      ),
  },
  "linked-look": {
    summary: "The sweep does not look whether a file is linked.",
    apply: (stack) =>
      rewriteFunction(
        stack,
        "continuum.expire_unlinked",
        /and not exists \(select from continuum\.conversation_files l where l\.file_id = f\.id\)/g,
        "",
      ),
  },
};
