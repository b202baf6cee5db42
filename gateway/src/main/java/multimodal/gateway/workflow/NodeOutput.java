package multimodal.gateway.workflow;

import java.util.Map;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.GenerationInfo;

/** What a node has made: a value for each output port, what made it, and why a text ends (unspecified if there is none). */
public record NodeOutput(Map<String, PortValue> values, GenerationInfo info, FinishReason finishReason) {}
