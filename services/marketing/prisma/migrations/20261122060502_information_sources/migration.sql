-- CreateTable
CREATE TABLE "information_source" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "display_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "start_date" DATE,
    "end_date" DATE,
    "monthly_cost" DECIMAL(19,4),
    "monthly_cost_currency" CHAR(3),
    "attributes" JSONB NOT NULL,

    CONSTRAINT "information_source_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "information_source_create_time_id_idx" ON "information_source"("create_time", "id");

-- CreateIndex
CREATE INDEX "information_source_display_name_id_idx" ON "information_source"("display_name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "information_source_external_source_external_key_key" ON "information_source"("external_source", "external_key");
