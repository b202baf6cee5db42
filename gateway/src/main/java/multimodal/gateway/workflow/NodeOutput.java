package multimodal.gateway.workflow;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.Map;
import multimodal.common.v1.FinishReason;
import multimodal.common.v1.GenerationInfo;

/**
 * What a node has made.
 *
 * @param values one for each output port
 * @param info what made it
 * @param finishReason why a text ends; unspecified if there is none
 * @param answer all that the RPC answered, without the pictures and embeddings of {@code values}
 */
public record NodeOutput(Map<String, PortValue> values, GenerationInfo info, FinishReason finishReason, Any answer) {
    /** About the memory that it takes. */
    long bytes() {
        long bytes = answer.getSerializedSize();
        for (PortValue value : values.values()) {
            bytes += value instanceof PortValue.TextValue text
                    ? 2L * text.text().length()
                    : ((Message) value.field()).getSerializedSize();
        }
        return bytes;
    }
}
