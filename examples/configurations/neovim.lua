vim.lsp.config("ts_ls", {
  cmd = {
    "deno", "run", "-q", "--allow-run", "--allow-write=/home/me/recordings",
    "https://example.com/basic-pipes/main.ts", "tap", "--record", "/home/me/recordings/lsp-%t-%p.jsonl", "--",
    "typescript-language-server", "--stdio",
  },
})
