package multimodal.client.demo;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.RunState;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.image.v1.SchedulerKind;
import multimodal.image.v1.SchedulerOptions;

/** Pictures for the search to choose from: one graph paints all of them side by side, with the scheduler that needs fewest steps. */
final class DemoGallery {

    private static final int STEPS = 12;
    private static final long SEED = 7;

    private static final Map<String, String> SENTENCES = new TreeMap<>(Map.of(
            "gallery-apple", "a red apple on green grass",
            "gallery-cats", "two cats on a beach",
            "gallery-dog", "a dog in the snow",
            "gallery-rocket", "a rocket under the night sky"));

    private DemoGallery() {}

    static RunWorkflowRequest request() {
        GraphBuilder graph = new GraphBuilder("Gallery");
        SENTENCES.forEach((key, text) -> graph.node(
                key,
                ImageServiceGrpc.getGenerateImageMethod(),
                GenerateImageRequest.newBuilder()
                        .setPrompt(text)
                        .setSteps(STEPS)
                        .setSeed(SEED)
                        .setScheduler(
                                SchedulerOptions.newBuilder().setKind(SchedulerKind.SCHEDULER_KIND_DPM_SOLVER_PP_2M))
                        .build()));
        return RunWorkflowRequest.newBuilder().setWorkflow(graph.build()).build();
    }

    /** What a finished {@code run} has painted. */
    static List<DemoPicture> pictures(RunState run) {
        return SENTENCES.entrySet().stream()
                .map(entry -> new DemoPicture(
                        entry.getKey(),
                        entry.getValue(),
                        run.node(entry.getKey()).picture().orElseThrow()))
                .toList();
    }
}
