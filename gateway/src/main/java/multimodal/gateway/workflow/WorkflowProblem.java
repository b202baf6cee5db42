package multimodal.gateway.workflow;

/**
 * A fault of a workflow.
 *
 * @param path where it is, such as {@code nodes[2].id}
 * @param value what stands there
 * @param expected what should
 */
public record WorkflowProblem(String path, String value, String expected) {}
