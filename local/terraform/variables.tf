variable "name" {
  description = "The name of the stack. Its functions, queues and logs begin with it."
  type        = string
  default     = "fleetgraph"

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,99}$", var.name))
    error_message = "Letters, digits and hyphens, a letter first."
  }
}

variable "bucket" {
  description = "The bucket of `sam package`, in the region of the stack. The template is put there too."
  type        = string
}

variable "template" {
  description = "The file that `sam package` wrote."
  type        = string
}

variable "parameters" {
  description = "Parameters of template.yaml by name, where they are not to be as there. Lists are texts with commas."
  type        = map(string)
  default     = {}
}

variable "tags" {
  description = "Tags of the stack and of everything in it."
  type        = map(string)
  default     = {}
}

variable "notification_arns" {
  description = "SNS topics that hear how a deployment goes on. Alarms go to the parameter AlarmTopic."
  type        = list(string)
  default     = []
}
