/** The API reference is loaded when it is first opened. */
import { type ComponentType, signal } from "../lib/preact.ts";
import { PageHeader } from "../ui/page_header.tsx";
import { Failure, Loading } from "../ui/states.tsx";

const loaded = signal<ComponentType | null>(null);
const error = signal<unknown>(null);

function load(): void {
  error.value = null;
  import("./page.tsx").then(
    ({ Reference }) => loaded.value = Reference,
    (cause) => error.value = cause,
  );
}

export function ReferencePage() {
  const Page = loaded.value;
  if (Page !== null) return <Page />;
  if (error.value === null) load();
  return (
    <div class="page">
      <PageHeader title="API reference" />
      <div class="page-body">
        {error.value === null
          ? <Loading what="the API reference" rows={6} />
          : <Failure error={error.value} retry={load} />}
      </div>
    </div>
  );
}
