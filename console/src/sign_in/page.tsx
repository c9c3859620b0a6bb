/** The way in: as the demo user in one click, or with an account. */
import { useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { demo, project } from "../project/project.ts";
import { signIn, signUp } from "../project/session.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Logo } from "../ui/logo.tsx";
import { ProjectForm } from "../settings/project_form.tsx";

type Doing = "demo" | "in" | "up" | null;

export function SignInPage() {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = "Sign in · Continuum";
    heading.current?.focus();
  }, []);
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <Logo />
        <h1 ref={heading} tabIndex={-1}>
          {project === null ? "Choose a project" : "Sign in"}
        </h1>
        {project === null
          ? (
            <>
              <p class="faint">
                The console shows the conversations and files of a Supabase
                project that has Continuum.
              </p>
              <ProjectForm />
            </>
          )
          : <SignInForm />}
      </div>
      {project && (
        <details class="sign-in-project">
          <summary>
            Project <code>{new URL(project.url).host}</code>
          </summary>
          <ProjectForm />
        </details>
      )}
    </main>
  );
}

function SignInForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [doing, setDoing] = useState<Doing>(null);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);

  async function attempt(what: Doing, action: () => Promise<unknown>) {
    setDoing(what);
    setError(null);
    setSaid(null);
    try {
      await action();
    } catch (error) {
      setError(error instanceof Error ? error.message : String(error));
    } finally {
      setDoing(null);
    }
  }

  const register = () =>
    attempt("up", async () => {
      if (!await signUp(email, password)) {
        setSaid(
          `Follow the link in the e-mail to ${email}, then sign in here.`,
        );
      }
    });
  const isEmpty = email === "" || password === "";
  return (
    <>
      {demo && (
        <>
          <Button
            kind="primary"
            icon="user"
            busy={doing === "demo"}
            onClick={() =>
              void attempt("demo", () => signIn(demo!.email, demo!.password))}
          >
            Sign in as the demo user
          </Button>
          <p class="or">
            <span>or with an account</span>
          </p>
        </>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void attempt("in", () => signIn(email, password));
        }}
      >
        <Field
          label="E-mail"
          type="email"
          autocomplete="username"
          required
          value={email}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <Field
          label="Password"
          type="password"
          autocomplete="current-password"
          required
          minLength={6}
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        {error && <p class="field-error" role="alert">{error}</p>}
        {said && <p class="said" role="status">{said}</p>}
        <div class="sign-in-actions">
          <Button
            kind={demo ? "plain" : "primary"}
            type="submit"
            busy={doing === "in"}
            disabled={isEmpty}
          >
            Sign in
          </Button>
          <Button
            kind="quiet"
            busy={doing === "up"}
            disabled={isEmpty}
            onClick={() => void register()}
          >
            Create an account
          </Button>
        </div>
      </form>
    </>
  );
}
