// Lets Node.js load modules that are written for Relay: babel-plugin-relay puts what was compiled in the place of each
// graphql`...`, as it does when an application is bundled.
import { transformSync } from "@babel/core";
import relay from "babel-plugin-relay";
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  resolve: (specifier, context, next) => next(specifier.replace(/\.graphql$/, ".graphql.ts"), context),
  load(url, context, next) {
    if (!/\/clients\/relay\/\w+\.ts$/.test(url)) {
      return next(url, context);
    }
    const filename = fileURLToPath(url);
    const plain = stripTypeScriptTypes(readFileSync(filename, "utf8"));
    const { code } = transformSync(plain, { filename, plugins: [relay], babelrc: false, configFile: false });
    return { format: "module", source: code, shortCircuit: true };
  },
});
