-- What people read in alphabetical order is sorted by Unicode, not by code point: COLLATE "und-x-icu".
-- CreateTable
CREATE TABLE "branch" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "display_name" TEXT COLLATE "und-x-icu" NOT NULL,
    "time_zone" TEXT NOT NULL,
    "country_code" CHAR(2) NOT NULL,
    "currency_code" CHAR(3) NOT NULL,

    CONSTRAINT "branch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "department" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "display_name" TEXT COLLATE "und-x-icu" NOT NULL,
    "branch_id" UUID,
    "parent_id" UUID,
    "head_employee_id" UUID,
    "path" UUID[],

    CONSTRAINT "department_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "employee" (
    "id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "create_time" TIMESTAMPTZ(3) NOT NULL,
    "update_time" TIMESTAMPTZ(3) NOT NULL,
    "delete_time" TIMESTAMPTZ(3),
    "external_source" TEXT,
    "external_key" TEXT,
    "given_name" TEXT NOT NULL,
    "family_name" TEXT NOT NULL,
    "middle_name" TEXT NOT NULL,
    "display_name" TEXT COLLATE "und-x-icu" NOT NULL,
    "position" TEXT NOT NULL,
    "email" TEXT,
    "username" TEXT,
    "branch_id" UUID NOT NULL,
    "department_id" UUID NOT NULL,
    "dismiss_date" DATE,

    CONSTRAINT "employee_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "counterparty" (
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
    "display_name" TEXT COLLATE "und-x-icu" NOT NULL,
    "legal_name" TEXT NOT NULL,
    "kinds" TEXT[],
    "tax_number" TEXT NOT NULL,
    "industry" TEXT NOT NULL,
    "territory" TEXT NOT NULL,
    "phones" JSONB NOT NULL,
    "emails" JSONB NOT NULL,
    "sites" TEXT[],
    "addresses" JSONB NOT NULL,
    "bank_accounts" JSONB NOT NULL,
    "other_requisites" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,
    "parent_id" UUID,
    "founding_year" INTEGER,
    "employee_count" INTEGER,
    "annual_revenue" DECIMAL(19,4),
    "annual_revenue_currency" CHAR(3),

    CONSTRAINT "counterparty_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
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
    "given_name" TEXT NOT NULL,
    "family_name" TEXT NOT NULL,
    "middle_name" TEXT NOT NULL,
    "display_name" TEXT COLLATE "und-x-icu" NOT NULL,
    "phones" JSONB NOT NULL,
    "emails" JSONB NOT NULL,
    "addresses" JSONB NOT NULL,
    "birth_date" DATE,
    "preferences" TEXT NOT NULL,
    "character" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "attributes" JSONB NOT NULL,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "affiliation" (
    "person_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "counterparty_id" UUID NOT NULL,
    "position" TEXT NOT NULL,
    "influence" INTEGER NOT NULL,
    "main" BOOLEAN NOT NULL,

    CONSTRAINT "affiliation_pkey" PRIMARY KEY ("person_id","ordinal")
);

-- CreateIndex
CREATE INDEX "branch_create_time_id_idx" ON "branch"("create_time", "id");

-- CreateIndex
CREATE UNIQUE INDEX "branch_external_source_external_key_key" ON "branch"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "department_create_time_id_idx" ON "department"("create_time", "id");

-- CreateIndex
CREATE INDEX "department_parent_id_idx" ON "department"("parent_id");

-- CreateIndex
CREATE INDEX "department_path_idx" ON "department" USING GIN ("path");

-- CreateIndex
CREATE UNIQUE INDEX "department_external_source_external_key_key" ON "department"("external_source", "external_key");

-- CreateIndex
CREATE UNIQUE INDEX "employee_email_key" ON "employee"("email");

-- CreateIndex
CREATE UNIQUE INDEX "employee_username_key" ON "employee"("username");

-- CreateIndex
CREATE INDEX "employee_create_time_id_idx" ON "employee"("create_time", "id");

-- CreateIndex
CREATE INDEX "employee_display_name_id_idx" ON "employee"("display_name", "id");

-- CreateIndex
CREATE INDEX "employee_department_id_idx" ON "employee"("department_id");

-- CreateIndex
CREATE INDEX "employee_branch_id_idx" ON "employee"("branch_id");

-- CreateIndex
CREATE UNIQUE INDEX "employee_external_source_external_key_key" ON "employee"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "counterparty_create_time_id_idx" ON "counterparty"("create_time", "id");

-- CreateIndex
CREATE INDEX "counterparty_display_name_id_idx" ON "counterparty"("display_name", "id");

-- CreateIndex
CREATE INDEX "counterparty_owner_id_idx" ON "counterparty"("owner_id");

-- CreateIndex
CREATE INDEX "counterparty_department_id_idx" ON "counterparty"("department_id");

-- CreateIndex
CREATE INDEX "counterparty_branch_id_idx" ON "counterparty"("branch_id");

-- CreateIndex
CREATE INDEX "counterparty_parent_id_idx" ON "counterparty"("parent_id");

-- CreateIndex
CREATE INDEX "counterparty_tax_number_idx" ON "counterparty"("tax_number");

-- CreateIndex
CREATE UNIQUE INDEX "counterparty_external_source_external_key_key" ON "counterparty"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "person_create_time_id_idx" ON "person"("create_time", "id");

-- CreateIndex
CREATE INDEX "person_display_name_id_idx" ON "person"("display_name", "id");

-- CreateIndex
CREATE INDEX "person_owner_id_idx" ON "person"("owner_id");

-- CreateIndex
CREATE INDEX "person_department_id_idx" ON "person"("department_id");

-- CreateIndex
CREATE INDEX "person_branch_id_idx" ON "person"("branch_id");

-- CreateIndex
CREATE UNIQUE INDEX "person_external_source_external_key_key" ON "person"("external_source", "external_key");

-- CreateIndex
CREATE INDEX "affiliation_counterparty_id_idx" ON "affiliation"("counterparty_id");

-- AddForeignKey
ALTER TABLE "department" ADD CONSTRAINT "department_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branch"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "department" ADD CONSTRAINT "department_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "department"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "department" ADD CONSTRAINT "department_head_employee_id_fkey" FOREIGN KEY ("head_employee_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "employee" ADD CONSTRAINT "employee_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branch"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "employee" ADD CONSTRAINT "employee_department_id_fkey" FOREIGN KEY ("department_id") REFERENCES "department"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "counterparty" ADD CONSTRAINT "counterparty_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "counterparty"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "affiliation" ADD CONSTRAINT "affiliation_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "affiliation" ADD CONSTRAINT "affiliation_counterparty_id_fkey" FOREIGN KEY ("counterparty_id") REFERENCES "counterparty"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
