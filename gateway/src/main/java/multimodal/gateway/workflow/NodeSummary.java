package multimodal.gateway.workflow;

import java.time.Duration;
import multimodal.common.v1.GenerationInfo;

/**
 * How a node that succeeded ran.
 *
 * @param attempts tries, 1 or more; 0 if an earlier result was used
 * @param started since the workflow started
 * @param duration from the start of the first try to the result
 */
public record NodeSummary(Node node, int attempts, Duration started, Duration duration, GenerationInfo info) {}
