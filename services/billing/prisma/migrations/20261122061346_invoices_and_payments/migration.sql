-- CreateTable
CREATE TABLE "invoice" (
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
    "number" TEXT,
    "state" TEXT NOT NULL,
    "counterparty_id" UUID,
    "deal_id" UUID,
    "currency_code" CHAR(3) NOT NULL,
    "total" DECIMAL(19,4) NOT NULL,
    "total_currency" CHAR(3) NOT NULL,
    "paid" DECIMAL(19,4) NOT NULL,
    "paid_currency" CHAR(3) NOT NULL,
    "payment_state" TEXT NOT NULL,
    "issue_date" DATE,
    "due_date" DATE,
    "margin" DECIMAL(19,4),
    "margin_currency" CHAR(3),
    "business_date" DATE,
    "note" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "cancel_reason" TEXT NOT NULL,
    "won_deal_id" UUID,

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_line" (
    "id" UUID NOT NULL,
    "invoice_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "product_id" UUID,
    "description" TEXT NOT NULL,
    "quantity" DECIMAL(24,9) NOT NULL,
    "price" DECIMAL(19,4) NOT NULL,
    "amount" DECIMAL(19,4) NOT NULL,
    "cost" DECIMAL(19,4),

    CONSTRAINT "invoice_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment" (
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
    "invoice_id" UUID,
    "counterparty_id" UUID,
    "amount" DECIMAL(19,4) NOT NULL,
    "amount_currency" CHAR(3) NOT NULL,
    "payment_date" DATE NOT NULL,
    "purpose" TEXT NOT NULL,
    "business_date" DATE NOT NULL,
    "attributes" JSONB NOT NULL,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "number_series" (
    "series" TEXT NOT NULL,
    "last_number" INTEGER NOT NULL,

    CONSTRAINT "number_series_pkey" PRIMARY KEY ("series")
);

-- CreateIndex
CREATE UNIQUE INDEX "invoice_won_deal_id_key" ON "invoice"("won_deal_id");

-- CreateIndex
CREATE INDEX "invoice_create_time_id_idx" ON "invoice"("create_time", "id");

-- CreateIndex
CREATE INDEX "invoice_owner_id_idx" ON "invoice"("owner_id");

-- CreateIndex
CREATE INDEX "invoice_department_id_idx" ON "invoice"("department_id");

-- CreateIndex
CREATE INDEX "invoice_branch_id_idx" ON "invoice"("branch_id");

-- CreateIndex
CREATE INDEX "invoice_counterparty_id_idx" ON "invoice"("counterparty_id");

-- CreateIndex
CREATE INDEX "invoice_deal_id_idx" ON "invoice"("deal_id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_external_source_external_key_key" ON "invoice"("external_source", "external_key");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_number_key" ON "invoice"("number");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_line_invoice_id_ordinal_key" ON "invoice_line"("invoice_id", "ordinal");

-- CreateIndex
CREATE INDEX "payment_create_time_id_idx" ON "payment"("create_time", "id");

-- CreateIndex
CREATE INDEX "payment_owner_id_idx" ON "payment"("owner_id");

-- CreateIndex
CREATE INDEX "payment_department_id_idx" ON "payment"("department_id");

-- CreateIndex
CREATE INDEX "payment_branch_id_idx" ON "payment"("branch_id");

-- CreateIndex
CREATE INDEX "payment_invoice_id_idx" ON "payment"("invoice_id");

-- CreateIndex
CREATE INDEX "payment_counterparty_id_idx" ON "payment"("counterparty_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_external_source_external_key_key" ON "payment"("external_source", "external_key");

-- AddForeignKey
ALTER TABLE "invoice_line" ADD CONSTRAINT "invoice_line_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
