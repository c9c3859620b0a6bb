/** The settings: who is signed in, how the page looks, and the project. */
import { chooseTheme, type Theme, theme } from "../lib/theme.ts";
import { project } from "../project/project.ts";
import { signOut, user } from "../project/session.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton, CopyIcon } from "../ui/copy.tsx";
import { PageHeader } from "../ui/page_header.tsx";
import { ProjectForm } from "./project_form.tsx";

const THEMES: Record<Theme, string> = {
  system: "As the system",
  light: "Light",
  dark: "Dark",
};

export function SettingsPage() {
  return (
    <div class="page">
      <PageHeader title="Settings" />
      <div class="page-scroll">
        <div class="page-body narrow settings">
          <Account />
          <section aria-labelledby="appearance">
            <h2 id="appearance">Appearance</h2>
            <fieldset class="choices">
              <legend class="visually-hidden">Theme</legend>
              {Object.entries(THEMES).map(([name, label]) => (
                <label key={name}>
                  <input
                    type="radio"
                    name="theme"
                    checked={theme.value === name}
                    onChange={() => chooseTheme(name as Theme)}
                  />
                  <span>{label}</span>
                </label>
              ))}
            </fieldset>
          </section>
          <section aria-labelledby="project">
            <h2 id="project">Project</h2>
            <p class="faint">
              The console is a page of static files, which can be on any web
              host. It talks to this project and keeps the choice in this
              browser.
            </p>
            <ProjectForm />
          </section>
          <Hosting />
        </div>
      </div>
    </div>
  );
}

function Account() {
  const { id, email } = user.value ?? { id: "", email: "" };
  return (
    <section aria-labelledby="account">
      <h2 id="account">Account</h2>
      <dl class="facts">
        <dt>E-mail</dt>
        <dd>{email}</dd>
        <dt>User id</dt>
        <dd>
          <code>{id}</code>
          <CopyIcon text={id} label="Copy the user id" />
        </dd>
      </dl>
      <p class="hint">
        Whoever wants to share a conversation with you needs your user id.
      </p>
      <div class="form-actions">
        <Button onClick={() => void signOut()}>Sign out</Button>
      </div>
    </section>
  );
}

/** What another host, or another program, needs to talk to the same project. */
function Hosting() {
  const { url, key } = project ?? { url: "", key: "" };
  const command =
    `deno task build:console \\\n  --url ${url} \\\n  --key ${key}`;
  const variables = `SUPABASE_URL=${url}\nSUPABASE_PUBLISHABLE_KEY=${key}`;
  return (
    <section aria-labelledby="hosting">
      <h2 id="hosting">Elsewhere</h2>
      <p class="faint">
        To put the console on a web host of your own, build it for this project
        and upload the folder. Its Content-Security-Policy then allows this
        project only.
      </p>
      <Snippet text={command} label="Command that builds the console" />
      <p class="faint">For a program that uses the client package:</p>
      <Snippet text={variables} label="Variables for a program" />
    </section>
  );
}

function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div class="snippet">
      <pre tabIndex={0} aria-label={label} role="region">{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}
