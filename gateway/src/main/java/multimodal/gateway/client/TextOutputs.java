package multimodal.gateway.client;

import java.util.Map;
import multimodal.clip.v1.TextResult;
import multimodal.gateway.workflow.NodeOutput;
import multimodal.gateway.workflow.PortValue.TextValue;

/** The output of nodes that make a text. */
final class TextOutputs {
    private TextOutputs() {}

    static NodeOutput render(String port, TextResult result) {
        return new NodeOutput(
                Map.of(port, new TextValue(result.getText())), result.getInfo(), result.getFinishReason());
    }
}
