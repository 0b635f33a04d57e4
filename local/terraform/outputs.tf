output "graphql_url" {
  description = "Where to send queries."
  value       = aws_cloudformation_stack.this.outputs["GraphqlUrl"]
}

output "admin_key_id" {
  description = "The secret with the admin key."
  value       = aws_cloudformation_stack.this.outputs["AdminKeyId"]
}

output "outputs" {
  description = "All outputs of template.yaml by name."
  value       = aws_cloudformation_stack.this.outputs
}
