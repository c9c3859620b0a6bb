/** Safeguards that can be taken out, to see that the checker finds each. */
import type { Plant } from "../checker.ts";
import { rewriteFunction, statement } from "../faults/plant.ts";

const ROW_LOCK = /\s+for no key update/g;

export const plants: Record<string, Plant> = {
  "row-lock": {
    summary: "An append does not lock its conversation.",
    async apply(stack) {
      await rewriteFunction(stack, "continuum.lock_conversation", ROW_LOCK, "");
      await rewriteFunction(stack, "continuum.write_messages", ROW_LOCK, "");
    },
  },
  "unique-keys": {
    summary: "A conversation may have an Idempotency-Key twice.",
    apply: (stack) =>
      statement(
        stack,
        "alter table continuum.append_keys drop constraint append_keys_pkey",
      ),
  },
  "key-lookup": {
    summary: "An append does not look for its Idempotency-Key.",
    async apply(stack) {
      await rewriteFunction(
        stack,
        "public.append_messages",
        /k\.key = append_messages\.idempotency_key;/,
        "false;",
      );
      await statement(
        stack,
        "alter table continuum.append_keys drop constraint append_keys_pkey",
      );
    },
  },
  "unique-names": {
    summary: "An owner may have two conversations of a name.",
    async apply(stack) {
      await rewriteFunction(
        stack,
        "continuum.lock_conversation",
        /on conflict on constraint \w+ do nothing/,
        "",
      );
      await rewriteFunction(
        stack,
        "public.fork_conversation",
        /on conflict on constraint \w+ do nothing/,
        "",
      );
      await statement(
        stack,
        "alter table continuum.conversations drop constraint conversations_owner_id_continuation_key_key",
      );
    },
  },
  "live-flag": {
    summary: "A rewind leaves the rows behind it live.",
    apply: (stack) =>
      rewriteFunction(
        stack,
        "continuum.write_messages",
        /update continuum\.messages m set live = false\s+where m\.conversation_id = conversation\.id and m\.live and m\.position > rewind_to;/,
        "",
      ),
  },
  "dropped-message": {
    summary: "The last message of a batch is dropped without an error.",
    apply: (stack) =>
      rewriteFunction(
        stack,
        "continuum.write_messages",
        /foreach message in array messages loop/,
        "foreach message in array messages[1:greatest(1, cardinality(messages) - 1)] loop",
      ),
  },
};
