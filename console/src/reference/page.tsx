/** The API reference, from the OpenAPI documents that the functions serve. */
import { useEffect, useRef, useState } from "../lib/preact.ts";
import { useLoaded } from "../lib/use_task.ts";
import { PageHeader } from "../ui/page_header.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import {
  FUNCTIONS,
  type Listed,
  type OpenApi,
  operationsOf,
  readDocument,
} from "./document.ts";
import { OperationItem } from "./operation.tsx";

export function Reference() {
  const [fn, setFn] = useState<string>(FUNCTIONS[0]);
  const [filter, setFilter] = useState("");
  const loaded = useLoaded(
    async (signal) => {
      const documents = await Promise.all(
        FUNCTIONS.map((name) => readDocument(name, signal).catch(() => null)),
      );
      const found = FUNCTIONS.flatMap((name, index) => {
        const document = documents[index];
        return document ? [[name, document] as const] : [];
      });
      if (found.length === 0) {
        throw new Error("None of the functions answers. Are they deployed?");
      }
      return new Map<string, OpenApi>(found);
    },
    [],
  );
  return (
    <div class="page">
      <PageHeader title="API reference">
        <input
          type="search"
          class="filter"
          placeholder="Filter"
          aria-label="Filter operations"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </PageHeader>
      {loaded.state === "failed"
        ? <Failure error={loaded.error} retry={loaded.reload} />
        : loaded.value === undefined
        ? (
          <div class="page-body">
            <Loading what="the API reference" rows={6} />
          </div>
        )
        : (
          <>
            <div class="function-tabs" role="group" aria-label="Functions">
              {[...loaded.value.keys()].map((name) => (
                <button
                  type="button"
                  key={name}
                  aria-pressed={filter === "" && name === fn}
                  onClick={() => {
                    setFn(name);
                    setFilter("");
                  }}
                >
                  {name}
                </button>
              ))}
            </div>
            <Operations documents={loaded.value} fn={fn} filter={filter} />
          </>
        )}
    </div>
  );
}

function Operations(
  { documents, fn, filter }: {
    documents: Map<string, OpenApi>;
    fn: string;
    filter: string;
  },
) {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => scroller.current?.scrollTo({ top: 0 }), [fn, filter]);
  const all = [...documents].flatMap(([name, document]) =>
    operationsOf(name, document)
  );
  const shown = filter.trim() === ""
    ? all.filter((listed) => listed.fn === fn)
    : all.filter((listed) => matches(listed, filter));
  return (
    <div class="page-scroll" ref={scroller}>
      <div class="page-body reference">
        {shown.length === 0
          ? <Empty icon="search" title="No operation matches" />
          : (
            <ol class="operations" aria-label="Operations">
              {shown.map((listed) => (
                <li key={`${listed.fn} ${listed.method} ${listed.path}`}>
                  <OperationItem
                    listed={listed}
                    document={documents.get(listed.fn)!}
                  />
                </li>
              ))}
            </ol>
          )}
      </div>
    </div>
  );
}

function matches({ method, path, operation }: Listed, filter: string): boolean {
  const text = [method, path, operation.operationId, operation.summary]
    .join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
