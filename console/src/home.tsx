/** What is shown before a conversation is chosen. */
import { conversations } from "./conversations/list_store.ts";
import { useEffect } from "./lib/preact.ts";
import { project } from "./project/project.ts";
import { CopyIcon } from "./ui/copy.tsx";
import { Icon } from "./ui/icon.tsx";

export function HomePage() {
  useEffect(() => {
    document.title = "Continuum";
  }, []);
  const isNew = conversations.value?.length === 0;
  return (
    <div class="page home">
      <div class="home-body">
        <h1>{isNew ? "Begin a conversation" : "Choose a conversation"}</h1>
        <p class="wide-only">
          Conversations and files of your AI tools, kept in{" "}
          <code>{project?.url}</code>
          {project && (
            <CopyIcon text={project.url} label="Copy the project's URL" />
          )}
        </p>
        <ul class="home-links wide-only">
          <li>
            <a href="#/new">
              <Icon name="plus" />
              <strong>New conversation</strong>
              <span>Write the first message, and see it as code.</span>
            </a>
          </li>
          <li>
            <a href="#/files">
              <Icon name="files" />
              <strong>Files</strong>
              <span>Drop text, code, images or PDFs.</span>
            </a>
          </li>
          <li>
            <a href="#/reference">
              <Icon name="book" />
              <strong>API reference</strong>
              <span>Every route of the functions, with its shapes.</span>
            </a>
          </li>
        </ul>
      </div>
    </div>
  );
}
