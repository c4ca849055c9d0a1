// Compares two schemas; prints the changes that break clients of the old one, as JSON: [{ path, message }].
// What the old one had deprecated does not count: its clients were told. A type goes with the last way to it.
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildASTSchema, buildSchema, Kind, parse, visit } from "graphql";
import { readFileSync } from "node:fs";

const ROOTS = ["Query", "Mutation", "Subscription"];

function withoutDeprecated(document) {
  const drop = (node) => (node.directives.some(({ name }) => name.value === "deprecated") ? null : undefined);
  return visit(document, { FieldDefinition: drop, InputValueDefinition: drop, EnumValueDefinition: drop });
}

function reachable({ definitions }) {
  const names = new Set(ROOTS);
  // A set that is added to is walked to its new end.
  for (const name of names) {
    for (const definition of definitions) {
      const isNamed = definition.name.value === name;
      const implementsIt = definition.interfaces?.some((each) => each.name.value === name);
      if (implementsIt) names.add(definition.name.value);
      if (isNamed) visit(definition, { NamedType: ({ name }) => void names.add(name.value) });
    }
  }
  return definitions.filter(({ kind, name }) => kind === Kind.DIRECTIVE_DEFINITION || names.has(name.value));
}

const [oldFile, newFile] = process.argv.slice(2);
const promised = { kind: Kind.DOCUMENT, definitions: reachable(withoutDeprecated(parse(readFileSync(oldFile, "utf8")))) };
const changes = await diff(buildASTSchema(promised), buildSchema(readFileSync(newFile, "utf8")));
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
console.log(JSON.stringify(breaking.map(({ path, message }) => ({ path, message }))));
