/** One operation: what it takes and what it answers. */
import type { ComponentChildren } from "../lib/preact.ts";
import { useState } from "../lib/preact.ts";
import { Markdown } from "../markdown/markdown.tsx";
import { project } from "../project/project.ts";
import { CopyIcon } from "../ui/copy.tsx";
import {
  type Listed,
  type OpenApi,
  type Parameter,
  resolved,
} from "./document.ts";
import { Inline } from "./inline.tsx";
import { Fields, typeOf } from "./schema.tsx";

export function OperationItem(
  { listed, document }: { listed: Listed; document: OpenApi },
) {
  const [isOpen, setOpen] = useState(false);
  const { method, path, operation } = listed;
  return (
    <details
      class="operation"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span class={`method ${method}`}>{method.toUpperCase()}</span>
        <code class="operation-path">{path}</code>
        <span class="operation-summary">{operation.summary}</span>
      </summary>
      {isOpen && (
        <div class="operation-body">
          <p class="operation-url">
            <code>{project?.url}/functions/v1{path}</code>
            <CopyIcon
              text={`${project?.url}/functions/v1${path}`}
              label="Copy the URL"
            />
          </p>
          {operation.description && <Markdown text={operation.description} />}
          <Parameters listed={listed} document={document} />
          <RequestBody listed={listed} document={document} />
          <Responses listed={listed} document={document} />
        </div>
      )}
    </details>
  );
}

interface Part {
  listed: Listed;
  document: OpenApi;
}

function Parameters({ listed, document }: Part) {
  const parameters = (listed.operation.parameters ?? [])
    .map((parameter) => resolved<Parameter>(document, parameter))
    .filter(({ name }) => name !== "forceFunctionRegion");
  if (parameters.length === 0) return null;
  return (
    <Section title="Parameters">
      <ul class="fields">
        {parameters.map((
          { name, in: place, required, schema, description },
        ) => (
          <li key={`${place} ${name}`}>
            <p class="field-line">
              <code class="field-key">{name}</code>
              <span class="field-type">{typeOf(schema ?? {})}</span>
              <span class="badge">{place}</span>
              {required && <span class="badge required">required</span>}
            </p>
            {description && (
              <p class="field-about">
                <Inline text={description} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function RequestBody({ listed, document }: Part) {
  const body = listed.operation.requestBody;
  if (!body?.content) return null;
  return (
    <Section title="Body">
      {Object.entries(body.content).map(([type, { schema }]) => (
        <div key={type}>
          <p class="media-type">
            <code>{type}</code>
          </p>
          {schema && <Fields schema={schema} document={document} />}
        </div>
      ))}
    </Section>
  );
}

function Responses({ listed, document }: Part) {
  return (
    <Section title="Answers">
      {Object.entries(listed.operation.responses).map(([status, value]) => {
        const { description, content = {} } = resolved<
          {
            description?: string;
            content?: Record<string, { schema?: object }>;
          }
        >(document, value);
        const schema = status.startsWith("2")
          ? Object.entries(content).find(([type]) => /json/.test(type))?.[1]
            .schema
          : undefined;
        return (
          <div class="response" key={status}>
            <p>
              <span class={`status ${status.startsWith("2") ? "good" : "bad"}`}>
                {status}
              </span>{" "}
              <Inline text={description ?? ""} />
            </p>
            {schema && <Fields schema={schema} document={document} />}
          </div>
        );
      })}
    </Section>
  );
}

function Section(
  { title, children }: { title: string; children: ComponentChildren },
) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
