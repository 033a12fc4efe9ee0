import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const absent = fileURLToPath(new URL('./absent.js', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/jdm/',
  oxc: { jsx: { runtime: 'automatic' } },
  resolve: {
    dedupe: ['react', 'react-dom'],
    alias: { '@monaco-editor/react': absent, 'monaco-editor': absent, exceljs: absent },
  },
  build: {
    outDir: fileURLToPath(new URL('../dist/jdm/', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    chunkSizeWarningLimit: 4000,
  },
});
