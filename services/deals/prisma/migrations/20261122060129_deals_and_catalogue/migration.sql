-- CreateTable
CREATE TABLE "product" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "display_name" TEXT NOT NULL,
    "sku" TEXT,
    "group_name" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "price" DECIMAL(19,4),
    "price_currency" CHAR(3),
    "cost" DECIMAL(19,4),
    "cost_currency" CHAR(3),
    "description" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipeline" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "display_name" TEXT NOT NULL,
    "default_pipeline" BOOLEAN NOT NULL,

    CONSTRAINT "pipeline_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stage" (
    "id" UUID NOT NULL,
    "pipeline_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "display_name" TEXT NOT NULL,
    "probability" DECIMAL(5,2),

    CONSTRAINT "stage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "loss_reason" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "display_name" TEXT NOT NULL,

    CONSTRAINT "loss_reason_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deal" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "owner_id" UUID NOT NULL,
    "department_id" UUID NOT NULL,
    "branch_id" UUID NOT NULL,
    "credited_employee_id" UUID NOT NULL,
    "credited_department_id" UUID NOT NULL,
    "credited_branch_id" UUID NOT NULL,
    "display_name" TEXT NOT NULL,
    "counterparty_id" UUID,
    "person_id" UUID,
    "product_id" UUID,
    "pipeline_id" UUID NOT NULL,
    "stage_id" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "amount" DECIMAL(19,4),
    "amount_currency" CHAR(3),
    "cost" DECIMAL(19,4),
    "cost_currency" CHAR(3),
    "margin" DECIMAL(19,4),
    "margin_currency" CHAR(3),
    "expected_close_date" DATE,
    "start_date" DATE,
    "close_date" DATE,
    "business_date" DATE,
    "loss_reason_id" UUID,
    "loss_comment" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,

    CONSTRAINT "deal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stage_change" (
    "id" UUID NOT NULL,
    "deal_id" UUID NOT NULL,
    "from_stage_id" UUID,
    "to_stage_id" UUID NOT NULL,
    "change_time" TIMESTAMPTZ(3) NOT NULL,
    "employee_id" UUID,
    "reason" TEXT NOT NULL,

    CONSTRAINT "stage_change_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "product_sku_key" ON "product"("sku");

-- CreateIndex
CREATE INDEX "product_create_time_id_idx" ON "product"("create_time", "id");

-- CreateIndex
CREATE INDEX "product_display_name_id_idx" ON "product"("display_name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "product_external_source_external_key_key" ON "product"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "pipeline_create_time_id_idx" ON "pipeline"("create_time", "id");

-- CreateIndex
CREATE UNIQUE INDEX "pipeline_external_source_external_key_key" ON "pipeline"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "stage_pipeline_id_ordinal_idx" ON "stage"("pipeline_id", "ordinal");

-- CreateIndex
CREATE INDEX "loss_reason_create_time_id_idx" ON "loss_reason"("create_time", "id");

-- CreateIndex
CREATE UNIQUE INDEX "loss_reason_external_source_external_key_key" ON "loss_reason"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "deal_create_time_id_idx" ON "deal"("create_time", "id");

-- CreateIndex
CREATE INDEX "deal_owner_id_idx" ON "deal"("owner_id");

-- CreateIndex
CREATE INDEX "deal_department_id_idx" ON "deal"("department_id");

-- CreateIndex
CREATE INDEX "deal_branch_id_idx" ON "deal"("branch_id");

-- CreateIndex
CREATE INDEX "deal_counterparty_id_idx" ON "deal"("counterparty_id");

-- CreateIndex
CREATE INDEX "deal_pipeline_id_stage_id_outcome_idx" ON "deal"("pipeline_id", "stage_id", "outcome");

-- CreateIndex
CREATE UNIQUE INDEX "deal_external_source_external_key_key" ON "deal"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "stage_change_deal_id_change_time_id_idx" ON "stage_change"("deal_id", "change_time", "id");

-- AddForeignKey
ALTER TABLE "stage" ADD CONSTRAINT "stage_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipeline"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deal" ADD CONSTRAINT "deal_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deal" ADD CONSTRAINT "deal_pipeline_id_fkey" FOREIGN KEY ("pipeline_id") REFERENCES "pipeline"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deal" ADD CONSTRAINT "deal_loss_reason_id_fkey" FOREIGN KEY ("loss_reason_id") REFERENCES "loss_reason"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "stage_change" ADD CONSTRAINT "stage_change_deal_id_fkey" FOREIGN KEY ("deal_id") REFERENCES "deal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
