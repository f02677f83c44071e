-- CreateTable
CREATE TABLE "dataset_epoch" (
    "epoch" BIGSERIAL NOT NULL,
    "begin_time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_epoch_pkey" PRIMARY KEY ("epoch")
);
