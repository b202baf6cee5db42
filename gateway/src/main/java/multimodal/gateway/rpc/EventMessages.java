package multimodal.gateway.rpc;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import multimodal.gateway.v1.NodeFailed;
import multimodal.gateway.v1.NodeLoading;
import multimodal.gateway.v1.NodeOutput;
import multimodal.gateway.v1.NodeProgress;
import multimodal.gateway.v1.NodeResult;
import multimodal.gateway.v1.NodeRetry;
import multimodal.gateway.v1.NodeStarted;
import multimodal.gateway.v1.NodeSummary;
import multimodal.gateway.v1.NodeToken;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.WorkflowFinished;
import multimodal.gateway.v1.WorkflowStarted;
import multimodal.gateway.workflow.PortValue.EmbeddingValue;
import multimodal.gateway.workflow.PortValue.ImageValue;
import multimodal.gateway.workflow.PortValue.TextValue;
import multimodal.gateway.workflow.WorkflowEvent;

/** Renders events. */
final class EventMessages {
    private EventMessages() {}

    /** What has happened; number and time are left to the caller. */
    static multimodal.gateway.v1.WorkflowEvent.Builder render(WorkflowEvent event) {
        var message = multimodal.gateway.v1.WorkflowEvent.newBuilder();
        if (event instanceof WorkflowEvent.WorkflowStarted started) {
            message.setWorkflowStarted(
                    WorkflowStarted.newBuilder().setWorkflow(WorkflowMessages.render(started.workflow())));
        } else if (event instanceof WorkflowEvent.NodeStarted started) {
            message.setNodeStarted(render(started));
        } else if (event instanceof WorkflowEvent.NodeLoading loading) {
            message.setNodeLoading(
                    NodeLoading.newBuilder().setNode(loading.node().id()).setModel(loading.model()));
        } else if (event instanceof WorkflowEvent.NodeProgress progress) {
            message.setNodeProgress(render(progress));
        } else if (event instanceof WorkflowEvent.NodeToken token) {
            message.setNodeToken(
                    NodeToken.newBuilder().setNode(token.node().id()).setToken(token.token()));
        } else if (event instanceof WorkflowEvent.NodeResult result) {
            message.setNodeResult(render(result));
        } else if (event instanceof WorkflowEvent.NodeRetry retry) {
            message.setNodeRetry(render(retry));
        } else if (event instanceof WorkflowEvent.NodeFailed failed) {
            message.setNodeFailed(render(failed));
        } else if (event instanceof WorkflowEvent.WorkflowFinished finished) {
            message.setWorkflowFinished(render(finished));
        }
        return message;
    }

    static Duration render(java.time.Duration duration) {
        return Durations.fromNanos(duration.toNanos());
    }

    private static NodeStarted.Builder render(WorkflowEvent.NodeStarted event) {
        return NodeStarted.newBuilder().setNode(event.node().id()).setAttempt(event.attempt());
    }

    private static NodeProgress.Builder render(WorkflowEvent.NodeProgress event) {
        return NodeProgress.newBuilder()
                .setNode(event.node().id())
                .setProgress(event.progress())
                .addAllPreviews(event.previews());
    }

    private static NodeResult.Builder render(WorkflowEvent.NodeResult event) {
        NodeResult.Builder result = NodeResult.newBuilder()
                .setNode(event.node().id())
                .setInfo(event.output().info())
                .setFinishReason(event.output().finishReason())
                .setCached(event.cached())
                .setAnswer(event.output().answer());
        event.output()
                .values()
                .forEach((port, value) ->
                        result.addOutputs(NodeOutput.newBuilder().setPort(port).setValue(render(value))));
        return result;
    }

    private static PortValue render(multimodal.gateway.workflow.PortValue value) {
        PortValue.Builder message = PortValue.newBuilder();
        if (value instanceof TextValue text) {
            message.setText(text.text());
        } else if (value instanceof ImageValue image) {
            message.setImage(image.image());
        } else if (value instanceof EmbeddingValue embedding) {
            message.setEmbedding(embedding.embedding());
        }
        return message.build();
    }

    private static NodeRetry.Builder render(WorkflowEvent.NodeRetry event) {
        return NodeRetry.newBuilder()
                .setNode(event.node().id())
                .setNextAttempt(event.nextAttempt())
                .setDelay(render(event.delay()))
                .setCause(event.cause());
    }

    private static NodeFailed.Builder render(WorkflowEvent.NodeFailed event) {
        return NodeFailed.newBuilder()
                .setNode(event.node().id())
                .setService(event.node().type().service())
                .setCode(event.status().getCode())
                .setCause(event.status().getMessage())
                .addAllDetails(event.status().getDetailsList());
    }

    private static WorkflowFinished.Builder render(WorkflowEvent.WorkflowFinished event) {
        WorkflowFinished.Builder finished = WorkflowFinished.newBuilder().setTotal(render(event.total()));
        event.nodes()
                .forEach(node -> finished.addNodes(NodeSummary.newBuilder()
                        .setNode(node.node().id())
                        .setMethod(node.node().type().method())
                        .setAttempts(node.attempts())
                        .setStarted(render(node.started()))
                        .setDuration(render(node.duration()))
                        .setInfo(node.info())));
        return finished;
    }
}
