-- CreateTable
CREATE TABLE "complaint" (
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
    "number" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "counterparty_id" UUID NOT NULL,
    "person_id" UUID,
    "product_id" UUID,
    "accused_employee_id" UUID,
    "summary" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "receive_time" TIMESTAMPTZ(3) NOT NULL,
    "receiver_id" UUID,
    "state" TEXT NOT NULL,
    "executor_id" UUID,
    "decision" TEXT NOT NULL,
    "close_time" TIMESTAMPTZ(3),
    "business_date" DATE NOT NULL,
    "attributes" JSONB NOT NULL,

    CONSTRAINT "complaint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "number_series" (
    "series" TEXT NOT NULL,
    "last_number" INTEGER NOT NULL,

    CONSTRAINT "number_series_pkey" PRIMARY KEY ("series")
);

-- CreateIndex
CREATE UNIQUE INDEX "complaint_number_key" ON "complaint"("number");

-- CreateIndex
CREATE INDEX "complaint_create_time_id_idx" ON "complaint"("create_time", "id");

-- CreateIndex
CREATE INDEX "complaint_receive_time_id_idx" ON "complaint"("receive_time", "id");

-- CreateIndex
CREATE INDEX "complaint_owner_id_idx" ON "complaint"("owner_id");

-- CreateIndex
CREATE INDEX "complaint_department_id_idx" ON "complaint"("department_id");

-- CreateIndex
CREATE INDEX "complaint_branch_id_idx" ON "complaint"("branch_id");

-- CreateIndex
CREATE INDEX "complaint_counterparty_id_idx" ON "complaint"("counterparty_id");

-- CreateIndex
CREATE INDEX "complaint_executor_id_idx" ON "complaint"("executor_id");

-- CreateIndex
CREATE UNIQUE INDEX "complaint_external_source_external_key_key" ON "complaint"("external_source", "external_key");
