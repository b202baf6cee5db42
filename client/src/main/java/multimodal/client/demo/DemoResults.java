package multimodal.client.demo;

import java.util.List;

/**
 * All that the demo has made.
 *
 * @param gallery pictures beside those of the runs
 * @param outlines a picture painted along the edges of the first run's
 * @param searches among the pictures of the runs and the gallery
 */
record DemoResults(List<DemoRun> runs, List<DemoPicture> gallery, DemoOutlines outlines, List<DemoSearch> searches) {}
