/** The whole page: the sidebar, what is chosen in it, and what was just done as code. */
import { CallsPanel, isPanelOpen } from "./calls/panel.tsx";
import { ConversationPage } from "./conversation/page.tsx";
import { NewPage } from "./conversation/new_page.tsx";
import { Sidebar } from "./conversations/sidebar.tsx";
import { FilesPage } from "./files/page.tsx";
import { HomePage } from "./home.tsx";
import { route } from "./lib/router.ts";
import { user } from "./project/session.ts";
import { ReferencePage } from "./reference/lazy.tsx";
import { SettingsPage } from "./settings/page.tsx";
import { SignInPage } from "./sign_in/page.tsx";
import { Notices } from "./ui/notices.tsx";

export function App() {
  const who = user.value;
  return (
    <>
      {who === undefined
        ? (
          <main class="starting">
            <span class="spinner" role="status" aria-label="Starting" />
          </main>
        )
        : who === null
        ? <SignInPage />
        : <SignedIn key={who.id} />}
      <Notices />
    </>
  );
}

function SignedIn() {
  const { page } = route.value;
  return (
    <div
      class={`shell ${page === "home" ? "at-list" : "at-page"} ${
        isPanelOpen.value ? "with-panel" : ""
      }`}
    >
      <a
        class="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to the content
      </a>
      <Sidebar />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      {isPanelOpen.value && <CallsPanel />}
    </div>
  );
}

function Page() {
  const now = route.value;
  switch (now.page) {
    case "home":
      return <HomePage />;
    case "new":
      return <NewPage />;
    case "files":
      return <FilesPage />;
    case "reference":
      return <ReferencePage />;
    case "settings":
      return <SettingsPage />;
    case "conversation":
      return <ConversationPage key={now.id} {...now} />;
  }
}
