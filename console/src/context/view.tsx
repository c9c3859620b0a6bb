/** What a model would be given: the newest messages that fit a budget of tokens, and what is left out. */
import type { Context, Message } from "../../../client/src/index.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { useEffect, useState } from "../lib/preact.ts";
import { hasCode } from "../lib/problems.ts";
import { type Loaded, useLoaded } from "../lib/use_task.ts";
import { background, continuum } from "../project/client.ts";
import { Failure, Loading } from "../ui/states.tsx";
import { Budget } from "./budget.tsx";
import { ContextRows } from "./rows.tsx";

/** More than any conversation has. */
const ALL_TOKENS = 1_000_000_000;

/** The slider moves faster than answers come. */
const PAUSE_MS = 120;

/** What the budget holds, or what the least one would be. */
export type Fitting =
  | { fits: true; context: Context }
  | { fits: false; needed: number };

export function ContextView({ store }: { store: ConversationStore }) {
  const lastSeq = store.conversation.value?.last_seq ?? 0;
  const head = store.conversation.value?.head_position ?? 0;
  const whole = useLoaded(
    (signal) =>
      background().conversation(store.id)
        .context({ maxTokens: ALL_TOKENS, signal }),
    [store, lastSeq, head],
  );
  if (whole.state === "failed") {
    return <Failure error={whole.error} retry={whole.reload} />;
  }
  if (whole.value === undefined) {
    return (
      <div class="page-body narrow">
        <Loading what="the context" rows={4} />
      </div>
    );
  }
  return <Chosen store={store} whole={whole.value} />;
}

function Chosen(
  { store, whole }: { store: ConversationStore; whole: Context },
) {
  const total = whole.tokens_used;
  const [budget, setBudget] = useState(() => Math.max(1, Math.ceil(total / 2)));
  const asked = usePaused(budget);
  const fitting: Loaded<Fitting> = useLoaded(
    (signal) => fit(store.id, asked, signal),
    [store, asked, whole],
  );
  return (
    <div class="page-scroll">
      <div class="page-body context">
        <Budget
          total={total}
          budget={budget}
          onBudget={setBudget}
          fitting={fitting.value}
          whole={whole}
          isWaiting={fitting.state === "loading" || asked !== budget}
        />
        {fitting.state === "failed"
          ? <Failure error={fitting.error} />
          : (
            <ContextRows
              messages={whole.messages}
              given={givenBy(fitting.value)}
              largest={Math.max(
                ...whole.messages.map((message) => message.token_count),
                1,
              )}
            />
          )}
      </div>
    </div>
  );
}

async function fit(
  id: string,
  maxTokens: number,
  signal: AbortSignal,
): Promise<Fitting> {
  try {
    const context = await continuum().conversation(id)
      .context({ maxTokens, signal });
    return { fits: true, context };
  } catch (error) {
    if (!hasCode(error, "budget_too_small")) throw error;
    const { tokens_needed } =
      (error as { problem: { tokens_needed?: number } }).problem;
    return { fits: false, needed: tokens_needed ?? 0 };
  }
}

/** The seqs that are in the context. */
function givenBy(fitting: Fitting | undefined): Set<number> {
  const messages: Message[] = fitting?.fits ? fitting.context.messages : [];
  return new Set(messages.map(({ seq }) => seq));
}

/** `value`, once it has not changed for a moment. */
function usePaused(value: number): number {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return paused;
}
