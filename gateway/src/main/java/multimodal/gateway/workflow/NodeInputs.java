package multimodal.gateway.workflow;

import java.util.Map;
import multimodal.common.v1.Image;
import multimodal.gateway.workflow.PortValue.ImageValue;
import multimodal.gateway.workflow.PortValue.TextValue;

/** What the edges have brought to a node, by port; types are right, since the workflow was checked. */
public record NodeInputs(Map<String, PortValue> values) {
    /** The text at {@code port}. */
    public String text(String port) {
        return ((TextValue) values.get(port)).text();
    }

    /** The picture at {@code port}. */
    public Image image(String port) {
        return ((ImageValue) values.get(port)).image();
    }
}
