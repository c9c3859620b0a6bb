/** The budget: a slider, a number, and what fits, by role. */
import type { Context, MessageRole } from "../../../client/src/index.ts";
import { useEffect, useId, useRef } from "../lib/preact.ts";
import { speak } from "../lib/notices.ts";
import { count, counted } from "../lib/words.ts";
import { ROLE_NAMES, ROLES } from "../messages/roles.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import type { Fitting } from "./view.tsx";

interface BudgetProps {
  /** The tokens of all messages. */
  total: number;
  budget: number;
  onBudget(budget: number): void;
  fitting: Fitting | undefined;
  whole: Context;
  isWaiting: boolean;
}

export function Budget(
  { total, budget, onBudget, fitting, whole, isWaiting }: BudgetProps,
) {
  const id = useId();
  const most = Math.max(total, 1);
  const said = sentence(fitting, whole);
  useEffect(() => {
    if (!isWaiting) speak(said);
  }, [said, isWaiting]);
  return (
    <section class="budget" aria-label="Token budget">
      <div class="budget-inputs">
        <label for={id}>Token budget</label>
        <input
          type="range"
          id={id}
          min={1}
          max={most}
          step={1}
          value={Math.min(budget, most)}
          aria-valuetext={counted(budget, "token")}
          onInput={(event) => onBudget(Number(event.currentTarget.value))}
        />
        <input
          type="number"
          aria-label="Token budget as a number"
          min={1}
          value={budget}
          onInput={(event) => {
            const value = Math.floor(Number(event.currentTarget.value));
            if (value >= 1) onBudget(value);
          }}
        />
      </div>
      <TokenBar
        budget={budget}
        total={most}
        context={fitting?.fits ? fitting.context : null}
      />
      <div class="budget-result">
        <p
          class={fitting?.fits === false ? "budget-says small" : "budget-says"}
        >
          {said}
        </p>
        {fitting?.fits === false
          ? (
            <Button onClick={() => onBudget(fitting.needed)}>
              Use {counted(fitting.needed, "token")}
            </Button>
          )
          : fitting && (
            <CopyButton
              text={JSON.stringify(fitting.context.messages, null, 2)}
            >
              Copy as JSON
            </CopyButton>
          )}
      </div>
    </section>
  );
}

function sentence(fitting: Fitting | undefined, whole: Context): string {
  if (fitting === undefined) return "Looking…";
  if (!fitting.fits) {
    return `Too small: the least that a model can be given needs ${
      counted(fitting.needed, "token")
    }.`;
  }
  const { messages, tokens_used, estimated } = fitting.context;
  const omitted = whole.messages.length - messages.length;
  const used = `${counted(tokens_used, "token")}${
    estimated ? ", estimated" : ""
  }`;
  return omitted === 0
    ? `All ${counted(messages.length, "message")} fit: ${used}.`
    : `${count(messages.length)} of ${
      counted(whole.messages.length, "message")
    } fit: ${used}. ${count(omitted)} left out.`;
}

/** How the tokens are divided among the roles, out of those of the whole conversation. */
function TokenBar(
  { context, budget, total }: {
    context: Context | null;
    budget: number;
    total: number;
  },
) {
  const sums = new Map<MessageRole, number>();
  for (const { role, token_count } of context?.messages ?? []) {
    sums.set(role, (sums.get(role) ?? 0) + token_count);
  }
  const mark = useRef<HTMLSpanElement>(null);
  const at = Math.min(budget / total, 1);
  useEffect(() => {
    if (mark.current) mark.current.style.left = `${at * 100}%`;
  }, [at]);
  const present = ROLES.filter((role) => (sums.get(role) ?? 0) > 0);
  return (
    <>
      <div class="token-bar" aria-hidden="true">
        {present.map((role) => (
          <Segment
            key={role}
            role={role}
            share={(sums.get(role) ?? 0) / total}
          />
        ))}
        <span class="token-mark" ref={mark} />
      </div>
      <ul class="token-legend">
        {present.map((role) => (
          <li key={role} class={role}>
            {ROLE_NAMES[role]}
            <span class="faint">{count(sums.get(role) ?? 0)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Its width is set by script: the policy of the page allows no style in markup. */
function Segment({ role, share }: { role: MessageRole; share: number }) {
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (element.current) element.current.style.width = `${share * 100}%`;
  }, [share]);
  return <span class={`token-segment ${role}`} ref={element} />;
}
