// What the widgets' JavaScript is checked for: `make lint`.
import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/generated/**", "**/static/**", "**/node_modules/**"] },
  js.configs.recommended,
  {
    files: ["**/*.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "module",
      globals: globals.browser,
    },
    rules: {
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "max-len": ["error", { code: 110, ignoreUrls: true }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  // Their drawings will be redrawn, and cut then.
  {
    files: ["**/network_stepper/view.js", "**/training_playground/view.js"],
    rules: { "max-lines": "off" },
  },
  { files: ["**/*.mjs", "*.js"], languageOptions: { globals: globals.node } },
];
