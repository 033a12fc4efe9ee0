import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where the server answers while `npm run dev` serves the pages. */
const server = process.env.TRUNKLINE_URL ?? 'http://127.0.0.1:8080';
const proxy = {
  '/api': { target: server, changeOrigin: false },
  '/ws': { target: server, ws: true, changeOrigin: false },
};

export default defineConfig({
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    manifest: true,
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy },
  preview: { proxy },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
