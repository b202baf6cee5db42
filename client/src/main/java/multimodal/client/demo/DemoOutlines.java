package multimodal.client.demo;

import java.util.List;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.RunState;
import multimodal.common.v1.Image;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;

/**
 * A picture whose edges steer another one.
 *
 * @param edges of {@code from}, white on black
 * @param made from another sentence, along the edges
 */
record DemoOutlines(DemoPicture from, DemoPicture edges, DemoPicture made) {

    private static final String TEXT = "a castle in the snow";
    private static final long SEED = 7;
    /** The sky's edges are a moon and stars; at full scale they would turn the snow into a night. */
    private static final float SCALE = 0.7F;

    private static final String PICTURE = "picture";
    private static final String EDGES = "edges";
    private static final String OUTLINED = "outlined";

    /** The graph that finds the edges of {@code picture} and paints along them. */
    static RunWorkflowRequest request(Image picture) {
        GraphBuilder graph = new GraphBuilder("Outlines")
                .input(PICTURE, PortType.PORT_TYPE_IMAGE)
                .node(EDGES, ImageServiceGrpc.getDetectEdgesMethod(), DetectEdgesRequest.getDefaultInstance())
                .node(
                        OUTLINED,
                        ImageServiceGrpc.getGenerateImageMethod(),
                        GenerateImageRequest.newBuilder()
                                .setPrompt(TEXT)
                                .setSeed(SEED)
                                .addControlImages(ControlImage.newBuilder()
                                        .setKind(ControlKind.CONTROL_KIND_CANNY)
                                        .setScale(SCALE))
                                .build())
                .edge(PICTURE, EDGES + ".image")
                .edge(EDGES + ".edges", OUTLINED + ".control_image");
        return RunWorkflowRequest.newBuilder()
                .setWorkflow(graph.build())
                .putInputs(PICTURE, PortValue.newBuilder().setImage(picture).build())
                .build();
    }

    /** What a finished {@code run} has made of {@code from}. */
    static DemoOutlines of(DemoPicture from, RunState run) {
        return new DemoOutlines(
                from,
                new DemoPicture(
                        OUTLINED + "-" + EDGES,
                        "the edges of " + from.text(),
                        run.node(EDGES).picture().orElseThrow()),
                new DemoPicture(OUTLINED, TEXT, run.node(OUTLINED).picture().orElseThrow()));
    }

    /** From the first to the last. */
    List<DemoPicture> pictures() {
        return List.of(from, edges, made);
    }
}
