// What a .wasm file is to an `import`, where the tools of a host have compiled it.

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
