// The documents of graphql/operations, by what they are for. Each opens in a tab of its own, with its variables.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { filled } from "./filled.js";
import { KeyBox } from "./key.jsx";

function Content() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = async (example) => {
    const variables = await filled(example);
    addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(variables ?? "");
  };
  return (
    <div className="examples">
      <header className="graphiql-doc-explorer-title">Examples</header>
      <KeyBox />
      {EXAMPLES.map(({ title, documents }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          <ul>
            {documents.map((document) => (
              <li key={document.name}>
                <button type="button" onClick={() => open(document)}>
                  {document.name}
                </button>
                <p>{document.about}</p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const Icon = () => (
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
    <path d="M5 4h14v16H5zM8.5 8.5h7M8.5 12h7M8.5 15.5h4" />
  </svg>
);

export const examplesPlugin = { title: "Examples", icon: Icon, content: Content };
