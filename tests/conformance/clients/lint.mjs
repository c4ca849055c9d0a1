// Checks a schema by eslint.config.mjs; prints, as JSON, what was found and which exceptions excepted nothing.
import { ESLint } from "eslint";
import { readFileSync } from "node:fs";

// What a rule says rightly in general and wrongly here, by the line that it says it of.
const EXCEPTIONS = [
  // "SIP connection" is the field's own term, and so is "PSTN connection": neither is a list. Relay takes what a query
  // marks with @connection for one, whatever its type is called.
  ["@graphql-eslint/relay-connection-types", /^(type Sip|enum Pstn)Connection /],
  ["@graphql-eslint/relay-arguments", /: \[?(Sip|Pstn)Connection!?\]?!?$/],
  // The number of a Number is the E.164 number: there is no shorter word for it.
  ["@graphql-eslint/no-typename-prefix", /^number: PhoneNumber!$/],
];

const [file] = process.argv.slice(2);
const schema = readFileSync(file, "utf8");
const lines = schema.split("\n").map((line) => line.trim());
const eslint = new ESLint({
  cwd: import.meta.dirname,
  overrideConfigFile: "eslint.config.mjs",
  overrideConfig: { files: ["**/*.graphql"], languageOptions: { parserOptions: { graphQLConfig: { schema } } } },
});
const [{ messages }] = await eslint.lintText(schema, { filePath: "schema.graphql" });

const idle = new Set(EXCEPTIONS);
const found = messages.filter(({ ruleId, line }) => {
  const exception = EXCEPTIONS.find(([rule, text]) => rule === ruleId && text.test(lines[line - 1]));
  idle.delete(exception);
  return exception === undefined;
});
console.log(
  JSON.stringify({
    found: found.map(({ ruleId, line, message }) => `${line}: ${message} (${ruleId})`),
    idle: [...idle].map(([rule, text]) => `${rule} ${text}`),
  }),
);
