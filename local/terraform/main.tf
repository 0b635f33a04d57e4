# Fleetgraph as a stack of CloudFormation, from the packaged template: docs/aws.md says how to package it.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_s3_bucket" "package" {
  bucket = var.bucket
}

# CloudFormation takes 51,200 bytes of a template in a request, and a megabyte from a bucket. A template of another name for
# each content, because an update needs another address.
resource "aws_s3_object" "template" {
  bucket = data.aws_s3_bucket.package.id
  key    = "${var.name}/${filesha256(var.template)}.template"
  source = var.template
}

resource "aws_cloudformation_stack" "this" {
  # checkov:skip=CKV_AWS_124: Terraform itself tells how a deployment goes on, and topics can be given
  name         = var.name
  template_url = "https://${data.aws_s3_bucket.package.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  parameters   = var.parameters
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
  tags         = var.tags

  notification_arns = var.notification_arns
}
