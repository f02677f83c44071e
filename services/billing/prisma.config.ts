import { defineConfig } from 'prisma/config';

// For `prisma generate` alone: migrations run in-process (@rapport/service-kit/migrate).
export default defineConfig({ schema: 'prisma/schema.prisma' });
