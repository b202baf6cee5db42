package multimodal.gateway.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import multimodal.clip.v1.ClipServiceProto;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.EmbedRequest;
import multimodal.common.v1.BeamDecoding;
import multimodal.common.v1.DecodingOptions;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.workflow.PortValue.TextValue;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.Test;

class NodeTypeTest {
    @Test
    void everyRpcOfTheCatalogueMayBeRepeatedAndCosts() {
        assertThat(RemoteNodes.CATALOGUE.types())
                .hasSizeGreaterThanOrEqualTo(6)
                .allMatch(NodeType::repeatable)
                .allMatch(type -> type.cost().of(type.empty()) >= 1);
    }

    @Test
    void theCostGrowsWithWhatTheRpcSays() {
        NodeType paint = type("multimodal.image.v1.ImageService/GenerateImage");
        NodeType text = type("multimodal.clip.v1.VisionLanguageService/ContinueText");

        assertThat(paint.cost().of(paint.empty())).isEqualTo(60);
        assertThat(paint.cost()
                        .of(GenerateImageRequest.newBuilder()
                                .setSteps(10)
                                .setImageCount(4)
                                .build()))
                .isEqualTo(80);
        assertThat(paint.cost()
                        .of(GenerateImageRequest.newBuilder()
                                .setSteps(Integer.MAX_VALUE)
                                .setImageCount(-1)
                                .build()))
                .isEqualTo(1_000_000_000);
        assertThat(text.cost()
                        .of(ContinueTextRequest.newBuilder()
                                .setDecoding(DecodingOptions.newBuilder()
                                        .setMaxTokens(8)
                                        .setBeam(BeamDecoding.newBuilder().setBeamCount(3)))
                                .build()))
                .isEqualTo(24);
    }

    @Test
    void aValueStandsWhereThePortSays() {
        NodeType embed = type("multimodal.clip.v1.ClipService/Embed");

        assertThat(embed.request(embed.empty(), java.util.Map.of("text", new TextValue("a cat"))))
                .isEqualTo(EmbedRequest.newBuilder()
                        .addInputs(multimodal.clip.v1.Content.newBuilder().setText("a cat"))
                        .build());
    }

    @Test
    void whatDependsOnStoredThingsMayBeRepeatedButNotUsedAgain() {
        NodeType search = type("multimodal.clip.v1.ClipService/SearchImages");
        NodeType embed = type("multimodal.clip.v1.ClipService/Embed");

        assertThat(search.repeatable()).isTrue();
        assertThat(NodeCall.of(new Node("search", search, search.empty()), search.empty())
                        .key())
                .isEmpty();
        assertThat(NodeCall.of(new Node("embed", embed, embed.empty()), embed.empty())
                        .key())
                .isPresent();
    }

    @Test
    void aPathThatLeadsNowhereIsTold() {
        var request = EmbedRequest.getDescriptor();

        assertThatThrownBy(() -> FieldPath.of(request, "inputs.text"))
                .hasMessage("inputs.text: no field at inputs of multimodal.clip.v1.EmbedRequest");
        assertThatThrownBy(() -> FieldPath.of(request, "inputs[0].txt"))
                .hasMessage("inputs[0].txt: no field at txt of multimodal.clip.v1.EmbedRequest");
        assertThatThrownBy(() -> PortType.of(FieldPath.of(request, "inputs[0]").field()))
                .hasMessage("multimodal.clip.v1.EmbedRequest.inputs: no port carries this");
    }

    @Test
    void anRpcWithoutTheOptionIsNoNode() {
        assertThat(NodeType.isNode(ClipServiceProto.getDescriptor()
                        .findServiceByName("ClipService")
                        .findMethodByName("Embed")))
                .isTrue();
        assertThat(NodeType.isNode(multimodal.gateway.v1.WorkflowServiceProto.getDescriptor()
                        .findServiceByName("WorkflowService")
                        .findMethodByName("ListWorkflows")))
                .isFalse();
    }

    private static NodeType type(String method) {
        return RemoteNodes.CATALOGUE.find(method).orElseThrow();
    }
}
