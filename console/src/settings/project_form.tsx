/** Which project the console talks to. */
import { useState } from "../lib/preact.ts";
import {
  chooseProject,
  isChosen,
  project,
  projectOf,
} from "../project/project.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";

export function ProjectForm() {
  const [url, setUrl] = useState(project?.url ?? "");
  const [key, setKey] = useState(project?.key ?? "");
  const chosen = projectOf(url, key);
  const isSecret = /^sb_secret_/.test(key.trim());
  const isSame = chosen?.url === project?.url && chosen?.key === project?.key;
  return (
    <form
      class="project-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen && !isSecret) chooseProject(chosen);
      }}
    >
      <Field
        label="Project URL"
        type="url"
        placeholder="https://abcd.supabase.co"
        value={url}
        required
        spellcheck={false}
        onInput={(event) => setUrl(event.currentTarget.value)}
      />
      <Field
        label="Publishable key"
        placeholder="sb_publishable_…"
        value={key}
        required
        spellcheck={false}
        autocomplete="off"
        error={isSecret
          ? "This is a secret key. A browser must never have it."
          : null}
        onInput={(event) => setKey(event.currentTarget.value)}
      />
      <div class="form-actions">
        {isChosen && (
          <Button kind="quiet" onClick={() => chooseProject(null)}>
            Back to the page's own
          </Button>
        )}
        <Button
          type="submit"
          disabled={chosen === null || isSame || isSecret}
        >
          Use this project
        </Button>
      </div>
    </form>
  );
}
